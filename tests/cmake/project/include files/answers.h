#ifndef ANSWERS_H
#define ANSWERS_H

#define ANSWER 42

#ifdef __ASYNCC__
async int answer(int question);
#endif

#endif
