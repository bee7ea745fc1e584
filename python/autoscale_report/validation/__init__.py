"""How far predictions are from what was measured.

`pairs`, `errors`, `figures` and `__main__` are scripts/validate.sh: they compare any predictions with any measured
file. `law`, `machines`, `rows`, `power`, `predict` predict the blind test of results/validation from its anchors;
`counts` and `definitions` make the table of networks that this needs.
"""
