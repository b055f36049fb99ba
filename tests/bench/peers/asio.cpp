/* Asio's coroutines on one thread: a lock that is free or handed on, and the cancellation of many
 * tasks. Asio has no lock: a channel with room for one message is the usual one.
 *
 * usage: PROGRAM JOB N [WARM-UP]      as the programs that bench.h makes */
#include <asio.hpp>
#include <asio/experimental/channel.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

using asio::awaitable;
using asio::use_awaitable;
using channel = asio::experimental::channel<void(asio::error_code, bool)>;

static asio::io_context context(1);

static awaitable<void> lock_free(long n)
{
    channel lock(context, 1);
    for (long i = 0; i < n; i++) {
        co_await lock.async_send(asio::error_code(), true, use_awaitable);
        lock.try_receive([](asio::error_code, bool) {});
    }
}

/* Who holds the lock gives way, so that the others come to wait for it. */
static awaitable<void> take_turns(channel &lock, long n)
{
    for (long i = 0; i < n; i++) {
        co_await lock.async_send(asio::error_code(), true, use_awaitable);
        co_await asio::post(context, use_awaitable);
        lock.try_receive([](asio::error_code, bool) {});
    }
}

static awaitable<void> wait_for_ever(long &cancelled)
{
    asio::steady_timer never(context, asio::steady_timer::time_point::max());
    asio::error_code error;
    co_await never.async_wait(asio::redirect_error(use_awaitable, error));
    cancelled += error == asio::error::operation_aborted;
}

static void run()
{
    context.restart();
    context.run();
}

static void cancel(long n)
{
    long cancelled = 0;
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    for (long i = 0; i < n; i++) {
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        asio::co_spawn(context, wait_for_ever(cancelled),
                       asio::bind_cancellation_slot(signals.back()->slot(), asio::detached));
    }
    asio::post(context, [&] {
        for (auto &signal : signals)
            signal->emit(asio::cancellation_type::all);
    });
    run();
    if (cancelled != n)
        std::abort();
}

static int run_job(const char *job, long n)
{
    channel shared(context, 1);
    if (!std::strcmp(job, "cancel")) {
        cancel(n);
        return 0;
    }
    if (!std::strcmp(job, "lock_free"))
        asio::co_spawn(context, lock_free(n), asio::detached);
    else if (!std::strcmp(job, "lock"))
        for (int i = 0; i < 100; i++)
            asio::co_spawn(context, take_turns(shared, n / 100), asio::detached);
    else
        return 3;
    run();
    return 0;
}

int main(int argc, char **argv)
{
    long n = std::atol(argv[2]), warm_up = argc > 3 ? std::atol(argv[3]) : 0;
    if (warm_up > 0)
        run_job(argv[1], warm_up);
    auto start = std::chrono::steady_clock::now();
    int status = run_job(argv[1], n);
    std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    if (!status)
        std::printf("%.3f\n", time.count() / (double)n);
    return status;
}
