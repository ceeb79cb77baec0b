"""The house's face: base templates, styles and scripts, the menu, page slots and the register of checks.

Nouns: a menu *entry* leads to a page and is shown to those who may use it; a *slot* is a place on a page that
rooms above fill; a *check* proves one thing about the books and names the first rows that do not hold.
Rooms register in ``AppConfig.ready()``. The shell knows no room and reads no table.
"""
