"""The question panel: what is asked, what was answered, what happened last."""
