"""The program that tries cells inside one Python environment.

Only the standard library is used until it runs there.
"""

VERSION = "5"
