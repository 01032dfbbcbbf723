package main

import "github.com/sirupsen/logrus"

func main() { logrus.WithField("from", "logrus").Info("hello") }
