#!/bin/sh
echo "I am the api service."
