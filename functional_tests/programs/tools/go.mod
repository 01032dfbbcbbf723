module example.com/tools

go 1.21

require golang.org/x/tools v0.20.0
