static inline int beside(void)
{
    return 7;
}
