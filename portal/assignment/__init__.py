"""Who gets whom: rows (applications, mentees) to columns (reviewers, mentors), solved exactly and provably.

The model. A row wants `demand` distinct columns. A column can hold `capacity` units, of which `loaded` are work
from elsewhere that does not move. Only listed pairs may meet, each at most once; fixed pairs are kept as they are
and count as units of both sides. What is best is said by stages, strictly in order: a later stage decides only
among the plans that all earlier stages find equally good. A stage gives whole-number costs to pairs, to units a row
misses (each further one at least as dear as the one before) and to units a column holds (likewise). That makes it a
flow problem with convex costs, which has whole-number answers and can be solved to the end. `problem.spreading`
puts together the stages for sharing out applications; pairing passes its own.

The solver (`solver`) adds one unit after another along a cheapest path over the columns: a column hands one of its
units on to another column, and so on, until a place is free. With costs compared in the order of the stages every
plan on the way is a best one of its size, so the last is a best one of all. Stages are packed into one 64-bit
number as far as they fit: a plan that is not best can be improved along one simple circle, a circle passes each
column once, so what it can gain in a stage is bounded, and a stage is given more weight than all circles of the
later ones together. Stages that do not fit are solved next on what is left open: by complementary slackness the
plans that are best so far are those that use only pairs, missing units and places whose price is exactly right. No
floating point anywhere.

The last stages are a lottery: numbers drawn from the seed and the ids, so that the answer is one and does not
depend on the order of anything.

The proof (`checker`) is a price for each column, a number per stage. Prices that fit show that no circle improves
the plan. The checker reads the problem and the plan and works everything out anew; it shares no matrix with the
solver.

`reasons` says of a row that got too little which columns bar it: all those it might have, and those that their rows
might be moved to, are full.

numpy is imported inside the functions that calculate, so that a process that never does so starts without it.
"""
