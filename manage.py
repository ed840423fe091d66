#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from records.gate import unrestricted

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with unrestricted("the operator's command line works on all rows, and shows them to nobody"):
        execute_from_command_line(sys.argv)
