"""The demo company: made through the public actions by a seeded, deterministic generator.

Two firms: a group with two regions and six communities, and a small firm with one that must never see the group's rows.
Every name, number and sum is invented.

``cast`` says who plays and ``names`` what they are called; ``estate`` builds the places; ``habits`` decides who pays
when; ``themes`` hold one module a theme of the company's life, each called month by month; ``make`` runs it all in
steps, each one transaction, so that a build broken off goes on where it stood and ends with the same books.
"""
