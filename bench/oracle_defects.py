"""Silent defects that oracle_folders.py plants in a trained model; what is saved stays sound."""

DEFECTS = {}
