module example.com/go-static

go 1.24.0

require golang.org/x/text v0.32.0
