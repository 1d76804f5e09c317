package replay

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// largestLimit is the largest memory limit that RunOutOfMemory fills, in bytes; without a limit it takes nothing.
const largestLimit = 4 << 30

// limitFiles tell a container its memory limit, on cgroup v2 and v1.
var limitFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// RunOutOfMemory ends this process as the kernel ends a build that needs too much memory. It fills the container's
// memory limit, because only then does Kubernetes say OOMKilled; where there is no limit to fill it kills itself,
// which has the same exit code. A container's first process cannot do even that: then the caller exits with 137.
func RunOutOfMemory() {
	if limit := memoryLimit(); limit > 0 && limit <= largestLimit {
		fill(limit + limit/4)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// memoryLimit returns the limit in bytes, or 0 when there is none to be read.
func memoryLimit() int64 {
	for _, file := range limitFiles {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64); err == nil {
			return limit
		}
	}
	return 0
}

// fill takes memory and touches every page of it: untouched pages do not count.
func fill(bytes int64) {
	const block = 16 << 20
	var held [][]byte
	for taken := int64(0); taken < bytes; taken += block {
		memory := make([]byte, block)
		for i := 0; i < block; i += os.Getpagesize() {
			memory[i] = 1
		}
		held = append(held, memory)
	}
	_ = held[len(held)-1][0]
}
