#!/bin/sh
echo "I am the web service."
