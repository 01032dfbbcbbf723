package main

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

func main() {
	fmt.Println(prometheus.NewCounter(prometheus.CounterOpts{Name: "a"}).Desc())
}
