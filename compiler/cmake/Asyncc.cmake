# asyncc_target_sources(<target> PRIVATE file.ac...): compiles .ac files into a target.
