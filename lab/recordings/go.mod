module hybrid-kubernetes-build.io/lab/recordings

go 1.26
