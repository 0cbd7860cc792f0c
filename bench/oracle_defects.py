"""Silent defects that bench/oracle_folders.py plants in a trained model, by name. Saved files stay sound."""

DEFECTS = {}
