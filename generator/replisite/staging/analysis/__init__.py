"""What a template depends on, and where it is cut, before Jinja compiles it.

binding          which pieces of a template depend on a deferred name (staging/analysis/tree.py: small questions about the tree)
cut              what the cutter makes and what it knows
cutter           cut them out before Jinja compiles (staging/analysis/cut.py: a cut; staging/analysis/keeper.py: what stage one can compute of it)
dataflow         follow deferred values by name through all templates of an environment together
escaping         a rewrite of its own: what comes from a record is escaped (staging/analysis/dataflow.py: where it goes)
inline           included files, where they say the same in a slot (staging/analysis/other_templates.py: what else a template depends on)
keeper           take out of a slot's code what stage one can compute
other_templates  other templates that are read while one is compiled: what was made then depends on them
readers          callables and files that look names up in the context
source_text      write a piece of a template's syntax tree as a person would have written it, for reports
tree             small questions about pieces of a template's syntax tree
"""
