#!/bin/sh
echo "I am the worker service."
