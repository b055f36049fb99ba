// Go, on one processor: a mutex that is free or handed on, and the cancellation of many goroutines.
//
// usage: PROGRAM JOB N [WARM-UP]      as the programs that bench.h makes
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

func lockFree(n int) {
	var lock sync.Mutex
	for i := 0; i < n; i++ {
		lock.Lock()
		lock.Unlock()
	}
}

// Who holds the lock gives way, so that the others come to wait for it.
func lock(n int) {
	var shared sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 100; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for k := 0; k < n/100; k++ {
				shared.Lock()
				runtime.Gosched()
				shared.Unlock()
			}
		}()
	}
	all.Wait()
}

func waitForEver(ctx context.Context, never chan int, result chan error) {
	select {
	case <-never:
		result <- nil
	case <-ctx.Done():
		result <- ctx.Err()
	}
}

// A goroutine is cancelled by its context; each has its own, as each task has a handle.
func cancel(n int) {
	never := make(chan int)
	result := make(chan error, n)
	cancels := make([]context.CancelFunc, n)
	for i := range cancels {
		var ctx context.Context
		ctx, cancels[i] = context.WithCancel(context.Background())
		go waitForEver(ctx, never, result)
	}
	runtime.Gosched()
	for _, cancel := range cancels {
		cancel()
	}
	for i := 0; i < n; i++ {
		if <-result == nil {
			panic("not cancelled")
		}
	}
}

func main() {
	jobs := map[string]func(int){"lock_free": lockFree, "lock": lock, "cancel": cancel}
	job := jobs[os.Args[1]]
	if job == nil {
		os.Exit(3)
	}
	runtime.GOMAXPROCS(1)
	n, _ := strconv.Atoi(os.Args[2])
	if len(os.Args) > 3 {
		if warmUp, _ := strconv.Atoi(os.Args[3]); warmUp > 0 {
			job(warmUp)
		}
	}
	start := time.Now()
	job(n)
	fmt.Printf("%.3f\n", float64(time.Since(start).Nanoseconds())/float64(n))
}
