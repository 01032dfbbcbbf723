package main

import "go.uber.org/zap"

func main() { zap.NewExample().Info("hello") }
