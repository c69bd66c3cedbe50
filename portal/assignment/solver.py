"""The best plan for a problem. The package's docstring says how and why; `solve` is the way in."""

from portal.assignment import problem as questions
from portal.assignment import reasons
from portal.assignment.guess import guess
from portal.assignment.prices import prices
from portal.assignment.question import Question
from portal.assignment.search import Search


def solve(problem):
    """The best plan: every stage in its order as small as can be, what is still equal drawn by the lottery."""
    import numpy as np

    question = Question(problem)
    groups = question.groups()
    state = question.all_open()
    placed = state.held
    for group in groups:
        need = question.need - state.held.sum(axis=1) - state.least
        if not need.any():
            break
        search = Search(question, group, state, need)
        placed = search.solved(guess(question, group, search))
        state = search.narrowed()
    held = placed | question.fixed
    rows, columns = [row.id for row in problem.rows], [column.id for column in problem.columns]
    pairs = tuple((rows[i], columns[j]) for i, j in zip(*(a.tolist() for a in np.nonzero(held)), strict=True))
    return questions.Plan(
        pairs=pairs,
        values=question.values(held),
        unfilled=reasons.unfilled(problem, pairs),
        certificate={"problem": problem.digest(), "prices": prices(question, groups, placed)},
    )
