"""Who gets whom: rows (applications, mentees) to columns (reviewers, mentors), solved exactly and provably.

The model. A row wants `demand` distinct columns. A column can hold `capacity` units, of which `loaded` are work
from elsewhere that does not move. Only listed pairs may meet, each at most once; fixed pairs are kept as they are
and count as units of both sides. What is best is said by stages, strictly in order: a later stage decides only
among the plans that all earlier stages find equally good. A stage gives whole-number costs to pairs, to units a row
misses (each further one at least as dear as the one before) and to units a column holds (likewise). That makes it a
flow problem with convex costs, which has whole-number answers and can be solved to the end. `problem.spreading`
puts together the stages for sharing out applications; pairing passes its own.

The solver starts from prices of the columns (`guess`): every row takes what costs it least, and what a column then
has too many or too few of is moved, unit by unit, along a cheapest path over the columns: a column hands one of its
units on to another column, and so on, until a place is free (`search`). As long as no row would rather have another
column at the prices and each column has as many units as it opens places at its price, the plan is a best one for
what is placed so far; so the last is a best one of all. Costs are compared in the order of the stages: they are
packed into one 64-bit number as far as they fit (`question`). A plan that is not best can be improved along one
simple circle, a circle passes each column once, so what it can gain in a stage is bounded, and a stage is given
more weight than circles can gain in all the later ones together. Stages that do not fit are solved next on what is
left open: by complementary slackness the plans that are best so far are those that use only pairs, missing units
and places whose price is exactly right. No floating point anywhere.

The last stages are a lottery: numbers drawn from the seed and the ids, so that the answer is one and does not
depend on the order of anything.

The proof (`checker`) is a price for each column, a number per stage. Prices that fit show that no circle improves
the plan. The checker reads the problem and the plan and works everything out anew; it shares no matrix with the
solver.

`reasons` says of a row that got too little which columns bar it: all those it might have, and those that their rows
might be moved to, are full.

numpy is imported inside the functions that calculate, so that a process that never does so starts without it.
"""
