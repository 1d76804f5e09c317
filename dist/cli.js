#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{a as R,b as L,c as $}from"./chunks/chunk-Y2ETDU4O.js";import{b as F,c as q}from"./chunks/chunk-RW2X4K2P.js";import{a as k,b as B,c as P,d as A,e as _,f as j,g as K,h as H,i as W,j as J,k as Y}from"./chunks/chunk-A4KSZDGD.js";import{B as O}from"./chunks/chunk-ZWKRNILP.js";import{e as x,l as w}from"./chunks/chunk-45L4B36K.js";import{I as h,J as G,w as N,y as M}from"./chunks/chunk-N7UDTT5F.js";import{Aa as D,Da as U,O as v,wa as f}from"./chunks/chunk-OQGQG64B.js";import"./chunks/chunk-A5CFFDWG.js";import{a as i}from"./chunks/chunk-55PNPI6Q.js";function g(e,t,r){let n=new Map,u=D({GITHUB_ACTIONS:String(r)},s=>t.line(s));return{outputs:n,runner:{...u,input:i(s=>e.get(s)?.trim(),"input"),output:i((s,a)=>{n.set(s,a)},"output")}}}i(g,"commandRunner");var o={built:0,failed:1,usage:2,cluster:3,internal:4,cancelled:130},ie={input:o.usage,kubeconfig:o.cluster,"cluster-unreachable":o.cluster,certificate:o.cluster,unauthorized:o.cluster,forbidden:o.cluster,"namespace-terminating":o.cluster,quota:o.cluster,"limit-range":o.cluster,"pod-security":o.cluster,admission:o.cluster,"attach-refused":o.cluster,"tool-missing":o.cluster,internal:o.internal,cancelled:o.cancelled};function y(e){return e.get("outcome")==="built"?o.built:ie[e.get("failure-code")]??o.failed}i(y,"exitCodeOf");var oe=80,V=6,se=["tags","context","file","build-args","target","push","namespace","kubeconfig","timeout"],X=`hybrid-build: builds container images inside a Kubernetes cluster

Usage:
  hybrid-build build [FLAGS]
  hybrid-build METHOD DOCKERFILE IMAGE CONTEXT [FLAGS]
                                the same, short: hybrid-build kaniko Dockerfile
                                ghcr.io/acme/app:1.0 .
  hybrid-build template [FLAGS] prints the YAML of what a build would create
  hybrid-build clean [FLAGS]    removes what builds left behind and has expired
  hybrid-build doctor [FLAGS]   looks whether builds can work, and what is wrong
  hybrid-build help [COMMAND]
  hybrid-build --version
`,z=`A flag that is given again adds a line: --build-args A=1 --build-args B=2.
--image is --tags, --dockerfile is --file. Environment: KUBE_NAMESPACE,
BUILD_TIMEOUT, KANIKO_IMAGE, KUBECONFIG, NO_COLOR.

Exit status: 0 built, 1 build failed, 2 wrong usage or input, 3 cluster, tool or
right missing, 4 defect of this program, 130 cancelled.
`,Z=`  -o, --output text|json
      json: what came of it as one object on standard output, the log on
      standard error. Default: text
`;function ee(e,t){if(e===void 0)return[X,"Common flags (all of them: hybrid-build build --help):","",...se.map(S),z].join(`
`);if(e==="build"||t.includes(e)){let r=N.filter(n=>A(n)!==void 0);return["Usage: hybrid-build build [FLAGS]",`       hybrid-build ${t.join("|")}
                    DOCKERFILE IMAGE CONTEXT [FLAGS]`,"","The flags are the inputs of the GitHub Action; docs/inputs.md has them with all","their forms, and an example each.","",Z,...r.map(S),z].join(`
`)}if(e==="clean")return le;if(e==="help")return X;if(e==="doctor")return[ae,...P.map(S)].join(`
`);if(e==="template")return ue}i(ee,"helpText");var ae=`Usage: hybrid-build doctor [FLAGS]

Looks whether builds can work with this cluster, and what is wrong: it signs in,
asks for rights, builds a tiny image and streams a second one, reads the log,
pushes (with --tags), and removes all of it. It looks at this program and at the
workflows here as well. docs/doctor.md says what each check does.

  --only CHECKS, --skip CHECKS
      Which checks, separated by commas: ${B.join(", ")}.

  --verbose
      Shows the log of what the doctor builds. Or HYBRID_BUILD_VERBOSE=true.

  --base-image IMAGE
      An image with a shell: then the doctor's image is made FROM it, with a RUN
      that prints a thousand lines. Default: FROM scratch, which needs none.

${Z}
Exit status: 0 nothing failed, 1 a check failed, 2 wrong usage or input, 4 defect
of this program, 130 cancelled.

Flags that decide what a build may be, as \`build\` has them. With --tags the
doctor pushes to those repositories, under the tag hybrid-build-doctor.
`,ue=`Usage: hybrid-build template [--placeholders] [FLAGS OF build]

Prints the YAML of everything that a build with these flags would create, without
the values of secrets, and creates nothing; the cluster is not asked. What the
YAML needs beside it is said in its comments, and on standard error:

  hybrid-build template --tags ghcr.io/acme/app:1 > job.yml
  kubectl apply -f job.yml

--placeholders makes it one for many builds: {{JOB_NAME}}, {{NAMESPACE}} and
{{DESTINATION_IMAGE}} stand where those belong.
`,le=`Usage: hybrid-build clean [--kubeconfig K] [--kube-context C] [--namespace N]...
                          [--dry-run]

Removes what builds have left behind and has expired by the cluster's clock:
their namespaces, or with --namespace the builds in that one (given again, in
several). Nothing else, and nothing of a build that may still run. Says what it
removed, and what of ours it left alone and why. With --dry-run the cluster says
whether it would remove it, and nothing is removed.
`;function S(e){let t=A(e);if(t===void 0)return"";let{meaning:r,form:n,fallback:u}=t,s=Q[e]===void 0?"":`-${Q[e]}, `,a=_(e)?"[=true|false]":"=VALUE",d=`${T(r)} Form: ${T(n)}. Default: ${T(u)}.`;return[`  ${s}--${e}${a}`,...de(d),""].join(`
`)}i(S,"flagHelp");var Q={tags:"t",file:"f",namespace:"n"},T=i(e=>e.replaceAll("`","").replaceAll(/\[([^\]]*)\]\([^)]*\)/g,"$1").replaceAll("**",""),"plain");function de(e){let t=[],r="";for(let n of e.split(/\s+/))r!==""&&V+r.length+1+n.length>oe?(t.push(r),r=n):r=r===""?n:`${r} ${n}`;return[...t,r].map(n=>" ".repeat(V)+n)}i(de,"wrapped");var ce=["images","timings","metadata"],me=["duration","cache-hits","cache-misses"];function I(e,t){let r=[...e].map(([n,u])=>[n,pe(n,u)]);return JSON.stringify({...Object.fromEntries(r),"exit-code":t})}i(I,"outputJson");function pe(e,t){return me.includes(e)?Number(t):ce.includes(e)?JSON.parse(t):t}i(pe,"valueOf");import{styleText as fe}from"node:util";var he=1e3;function b(e,t,r){let n=e.isTTY===!0&&t.CI===void 0&&t.TERM!=="dumb",u=n&&!t.NO_COLOR,s=i(a=>{e.write(`${u?we(a):a}
`)},"line");return n?be(e,s,r):{line:s,end:i(()=>{},"end")}}i(b,"screenOn");var ge="\r\x1B[2K";function be(e,t,r){let n=new AbortController,u,s=r.now(),a=!1,d=i(()=>{a&&e.write(ge),a=!1},"clear");return i(async()=>{for(;;){if(await r.sleep(he,n.signal),n.signal.aborted)return;if(u===void 0)continue;let m=`\u2026 ${Math.floor((r.now()-s)/1e3)} s  ${u}`;d(),e.write(m.slice(0,Math.max(0,(e.columns??80)-1))),a=!0}},"tick")(),{line(m){d(),t(m),m.startsWith("> ")&&(u=m.slice(2),s=r.now())},end(){n.abort(),d()}}}i(be,"liveScreen");function we(e){if(e.includes("\x1B"))return e;let t=ye.find(([r])=>r.test(e));return t===void 0?e:fe(t[1],e,{validateStream:!1})}i(we,"coloured");var ye=[[/^> /,"bold"],[/^(?:Error: | FAIL )/,"red"],[/^(?:Warning: |Note: | warn )/,"yellow"],[/^(?:Built | ok )/,"green"]];var l={...process.env,GITHUB_WORKSPACE:process.cwd()},C=process.env.GITHUB_ACTIONS==="true",p=G(process),E="run it again with the variable DEBUG set to 1 and report what it prints";async function Ce(e){switch(e.kind){case"build":return e.inputs.get("mode")==="template"?te(e.inputs):Oe(e);case"template":return te(e.inputs);case"clean":return ke(e);case"doctor":return Ae(e);case"version":return process.stdout.write(`${k.version}
`),o.built;case"help":return Ee(e.topic);case"mistakes":return re(e)}}i(Ce,"run");function re({mistakes:e,output:t}){for(let r of e)process.stderr.write(`hybrid-build: ${r}
`);if(process.stderr.write(`hybrid-build --help says what there is.
`),t==="json"){let r=[["outcome","failed"],["failure-code","input"],["failure-message",e.join("; ")]];process.stdout.write(`${I(new Map(r),o.usage)}
`)}return o.usage}i(re,"tellMistakes");function Ee(e){let t=ee(e,j);return t===void 0?process.stderr.write(`hybrid-build: there is no command "${e??""}"
`):process.stdout.write(t),t===void 0?o.usage:o.built}i(Ee,"help");async function Oe({inputs:e,output:t}){let r=b(t==="json"?process.stderr:process.stdout,l,f),{runner:n,outputs:u}=g(e,r,C);try{await R(O(l,n,w(()=>{})),p)}catch(a){h(n,a,l.DEBUG!==void 0,E)}finally{r.end()}let s=y(u);return t==="json"&&process.stdout.write(`${I(u,s)}
`),s}i(Oe,"build");async function te(e){let t=b(process.stderr,l,f),{runner:r,outputs:n}=g(e,t,C),u=i((s,a)=>(process.stdout.write(a),{kind:"written",path:L}),"toStandardOutput");try{let s=O(l,r,w(()=>{}));return await $({...s,files:{writeFile:u}},p)?o.built:y(n)}catch(s){return h(r,s,l.DEBUG!==void 0,E),o.internal}finally{t.end()}}i(te,"template");async function ke({inputs:e,dryRun:t}){let r=b(process.stdout,l,f),{runner:n,outputs:u}=g(e,r,C),s=q(a=>Se(a,e,t));if(s.kind==="problems"){let a=i(c=>c==="namespaces"?"--namespace":`--${c}`,"flag"),d=s.problems.map(({input:c,value:m="",problem:ne})=>`${a(c)}: "${m}" is ${ne}`);return re({kind:"mistakes",mistakes:d,output:"text"})}try{return await F({runner:n,openCluster:i(d=>U(d,l,n),"openCluster")},s.request,p)?o.built:y(u)}catch(a){return p.aborted?o.cancelled:(h(n,a,l.DEBUG!==void 0,E),o.internal)}finally{r.end()}}i(ke,"clean");async function Ae({inputs:e,output:t}){let r=b(t==="json"?process.stderr:process.stdout,l,f),{runner:n,outputs:u}=g(e,r,C),s=o.internal;try{let a=W(import.meta.filename,K,x),d=w(()=>{}),c=J({environment:l,runner:n,ledger:d,program:a,signal:p});try{let m={runner:n,doctor:c.ports,now:i(()=>f.now(),"now"),version:k.version};s=await Y(c.options,m,p)?o.built:o.failed}finally{await c.close()}}catch(a){p.aborted?s=o.cancelled:a instanceof v?(M(n,a.failure),s=o.usage):h(n,a,l.DEBUG!==void 0,E)}finally{r.end()}return t==="json"&&process.stdout.write(`${u.get("report")??JSON.stringify({exitCode:s})}
`),s}i(Ae,"doctor");function Se(e,t,r){switch(e){case"namespaces":return t.get("namespace")??l.KUBE_NAMESPACE;case"dry-run":return r;case"kubeconfig":case"kube-context":return t.get(e)?.trim()||void 0}}i(Se,"cleanInput");process.exitCode=await Ce(H(process.argv.slice(2)));process.stdout.write("",()=>process.stderr.write("",()=>process.exit()));
