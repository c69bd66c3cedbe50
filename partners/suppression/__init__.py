"""Tables of persons in which no small number can be read, nor worked out from all the others that are shown.

`tables` says what is counted and what of it is told; `solving` chooses what else has to be hidden, as little as can
be, with `attack` telling it what follows from what is shown and `hiding` choosing; `checking` tries to recover what
is hidden and shares no code with these; `figures` says of rates and means whether they may stand, `words` what a
hidden cell says to people. docs/decisions/0030-suppression.md has the definitions and why they are enough.

numpy and scipy are imported inside the functions that calculate, so that a process that never does so starts
without them.
"""
