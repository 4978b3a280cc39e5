"""Retraining on a user's labelled data: `scorer retrain`. Read, check, split, fit, report."""
