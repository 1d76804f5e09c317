module hybrid-kubernetes-build.io/lab/pause

go 1.26.0
