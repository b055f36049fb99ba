// tokio on one thread: a mutex that is free or handed on, and the cancellation of many tasks.
//
// usage: PROGRAM JOB N [WARM-UP]      as the programs that bench.h makes
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, Notify};
use tokio::task::yield_now;

async fn lock_free(n: usize) {
    let lock = Mutex::new(0usize);
    for _ in 0..n {
        *lock.lock().await += 1;
    }
}

// Who holds the lock gives way, so that the others come to wait for it.
async fn lock(n: usize) {
    let shared = Arc::new(Mutex::new(0usize));
    let mut tasks = Vec::new();
    for _ in 0..100 {
        let shared = shared.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..n / 100 {
                let mut held = shared.lock().await;
                yield_now().await;
                *held += 1;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

async fn cancel(n: usize) {
    let never = Arc::new(Notify::new());
    let mut tasks = Vec::with_capacity(n);
    for _ in 0..n {
        let never = never.clone();
        tasks.push(tokio::spawn(async move { never.notified().await }));
    }
    // Enough turns for all of them to begin: the scheduler looks elsewhere every 61 tasks.
    for _ in 0..n / 30 + 2 {
        yield_now().await;
    }
    for task in &tasks {
        task.abort();
    }
    for task in tasks {
        assert!(task.await.unwrap_err().is_cancelled());
    }
}

fn run(runtime: &Runtime, job: &str, n: usize) {
    // What block_on runs is no task: each job runs inside one.
    let job = job.to_string();
    runtime.block_on(async move {
        tokio::spawn(async move {
            match job.as_str() {
                "lock_free" => lock_free(n).await,
                "lock" => lock(n).await,
                "cancel" => cancel(n).await,
                _ => std::process::exit(3),
            }
        })
        .await
        .unwrap()
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = Builder::new_current_thread().build().unwrap();
    let n: usize = arguments[2].parse().unwrap();
    let warm_up: usize = arguments.get(3).map_or(0, |text| text.parse().unwrap());
    if warm_up > 0 {
        run(&runtime, &arguments[1], warm_up);
    }
    let start = Instant::now();
    run(&runtime, &arguments[1], n);
    println!("{:.3}", start.elapsed().as_nanos() as f64 / n as f64);
}
