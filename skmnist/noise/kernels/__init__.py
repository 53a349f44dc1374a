"""Array code of the noises: functions of arrays and random streams, without estimators."""
