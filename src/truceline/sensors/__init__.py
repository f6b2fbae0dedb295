"""What an instrument can notice: detection probability, false alarms, coverage, geometry.

In: observations, looks, clouds, the archive of fires. Out: `Coverage` records, detection
probabilities, the background of fires. Add here: one file an instrument; fitted numbers, with the
command that fits them, in `parameters/`.
"""
