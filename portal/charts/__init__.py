"""Charts: numbers as SVG beside the table that holds them, for a page, for print and for a PDF from one source.

`bars` has bars, targets and columns, `parts` what is a whole of parts, `lines` what goes over time. Each function
takes a name that is unique on its page, a title and rows, and gives a dict for `components/chart.html`;
`frame.for_document` makes of it what `components/chart.typ` reads. Why it is so: docs/decisions/0031.
"""
