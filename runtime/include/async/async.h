/* The asyncc runtime: everything that LANGUAGE calls "the runtime's names". */
#ifndef ASYNC_ASYNC_H
#define ASYNC_ASYNC_H

#include <async/argument.h>
#include <async/container.h>
#include <async/context.h>
#include <async/frame.h>
#include <async/gather.h>
#include <async/generator.h>
#include <async/group.h>
#include <async/io.h>
#include <async/loop.h>
#include <async/queue.h>
#include <async/scope.h>
#include <async/stream.h>
#include <async/sync.h>
#include <async/task.h>
#include <async/thread.h>
#include <async/time.h>

#include <errno.h>
#include <sys/types.h>

#endif
