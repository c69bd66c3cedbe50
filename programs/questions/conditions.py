"""Which questions are asked, given what has been answered. Pure."""


def chosen(answer):
    """The keys that an answer chooses: of a choice its key, of several each, of yes or no `yes` or `no`."""
    if isinstance(answer, bool):
        return {"yes" if answer else "no"}
    if isinstance(answer, str):
        return {answer} if answer else set()
    if isinstance(answer, list):
        return {item for item in answer if isinstance(item, str) and item}
    return set()


def asked(questions, answers):
    """The questions of `questions`, in their order, that are asked given `answers` (raw or cleaned, by key).

    A question with a condition is asked only while the one it depends on is asked itself and has one of the
    answers named. A condition on a question outside of `questions` cannot be met.
    """
    found = {}
    for question in questions:
        if question.shown_if_id is not None:
            decides = found.get(question.shown_if_id)
            if decides is None or not chosen(answers.get(decides.key)) & set(question.shown_if_values):
                continue
        found[question.pk] = question
    return list(found.values())


def is_blank(answer):
    """Whether nothing has been said: no text, no box, no row with anything in it."""
    if isinstance(answer, str):
        return not answer.strip()
    if isinstance(answer, list):
        return all(is_blank(item) for item in answer)
    if isinstance(answer, dict):
        return all(is_blank(item) for item in answer.values())
    return answer is None or answer is False
