package main

import "k8s.io/klog/v2"

func main() { klog.InfoS("hello", "from", "klog") }
