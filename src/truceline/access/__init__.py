"""May he do that: who asks, what he asks to do, on which thing.

In: a Question (who, action, thing, where and when). Out: a Decision: allowed, or the rule that
refused, by name. Add here: a policy in `policies/*.cedar`, an act in `policies/actions.cedarschema`
and in the table of `reference.py`; a test keeps the two equal.
"""
