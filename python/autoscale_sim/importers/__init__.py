"""What people measure on phones, turned into files of this project.

`autoscale import KIND ...` and `autoscale calibrate ...` run this package, as `python -m autoscale_sim.importers`
does; docs/measuring_a_phone.md goes through a phone from raw logs to a sweep. Each kind is a module with plain
functions:

    latency        benchmark logs -> rows of NAME.latency.csv, with their spread
    power_profile  Android's power_profile.xml -> powers of a CPU cluster, of radios, and the battery
    power          a meter's log and a table of activities -> power of each operating point, above idle
    batterystats   dumpsys batterystats -> the battery, and mean powers of a session
    frequencies    a dump of sysfs -> operating points
    network        an ONNX or TFLite file -> a DNN file and its blocks
    calibrate      measured requests -> the free parameters of a profile, with intervals

No module needs the compiled part of autoscale_sim. Wrong input is an InputError, which says file
and line, or a NetworkError, which says file and operator.
"""
