"""What each document on methods says, in short: the documents themselves are in English only."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUMMARIES: Final[dict[str, str | Promise]] = {
    "evidence": _(
        "What is worked out from the figures is kept in a folder that never changes once it is made."
        " It can be made again from the same files at any time, and every page says which version it shows."
    ),
    "families": _(
        "Schools are alike when their pupils are: prior attainment, disadvantage, language, needs, and"
        " moving between schools. Results play no part. Several published definitions are used side by"
        " side, and pages say how far the answer depends on which one is taken."
    ),
    "impact": _(
        "Schools often join a programme when their results are at their lowest, and would have risen"
        " anyway. So a partnership is judged only against schools that were on the same path, by a plan"
        " written and locked before the results were there."
    ),
    "methods": _(
        "All the mathematics in one place, by the numbers of sections that other documents name. It is"
        " written for statisticians and analysts."
    ),
    "panel": _(
        "The published figures of every school, year by year, with where each is from. A figure that"
        " cannot be right is left out, counted and listed; where one is missing, it says why."
    ),
    "partnerships": _(
        "Schools that do better at a theme are brought together with schools that ask for help in it:"
        " with what, in how many days, and how far away. It is a proposal to two heads, and binds nobody."
    ),
    "report": _(
        "One page about a whole system of schools, as a file that prints and needs no network. It says"
        " what was found, how sure that is, and what cannot be said."
    ),
    "school-identity": _(
        "A school gets a new number when its legal form changes. This is how its figures under an old"
        " number are joined to those under the new one, and when they are not."
    ),
    "site": _(
        "Why the site is as it is: public pages without signing in, no league table, every list as a"
        " file, and who may see what."
    ),
    "value-added": _(
        "How far results lie above or below what schools with pupils like these reached, and whether that"
        " has changed, from published figures. Every answer has a range, and the ranges were tested on"
        " years that the program had not seen."
    ),
    "what-value-added-says": _(
        "Two schools can have the same results with very different pupils. What a figure of value added"
        " can say, what it cannot, and why small schools go up and down by chance."
    ),
}
