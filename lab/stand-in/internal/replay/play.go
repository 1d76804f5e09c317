package replay

import (
	"io"
	"time"
)

const (
	longestGap  = 300 * time.Millisecond
	longestPlay = 2 * time.Second
)

// Play writes the recorded lines with their pace, shortened: no gap lasts more than 300 ms, all of it about 2 s.
func (r Recording) Play(out io.Writer, sleep func(time.Duration)) error {
	gaps := pace(r.Lines)
	for i, line := range r.Lines {
		if gaps[i] > 0 {
			sleep(gaps[i])
		}
		if _, err := io.WriteString(out, line.Text); err != nil {
			return err
		}
	}
	return nil
}

// pace returns how long to wait before each line.
func pace(lines []Line) []time.Duration {
	gaps := make([]time.Duration, len(lines))
	var total time.Duration
	for i := 1; i < len(lines); i++ {
		gaps[i] = min(max(lines[i].Time.Sub(lines[i-1].Time), 0), longestGap)
		total += gaps[i]
	}
	if total > longestPlay {
		for i := range gaps {
			gaps[i] = time.Duration(float64(gaps[i]) * float64(longestPlay) / float64(total))
		}
	}
	return gaps
}
