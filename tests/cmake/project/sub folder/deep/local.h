#define LOCAL(x) ((x)-1)
