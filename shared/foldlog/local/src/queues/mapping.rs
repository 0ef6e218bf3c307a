//! A function fed from a queue: batches, partial failures, bounded concurrency.
//!
//! A message that failed becomes visible again after a growing pause that starts short and never exceeds the queue's
//! visibility time-out: on AWS it is that time-out each time.

use super::queue::{Message, Queue};
use crate::functions::{Entered, Runner};
use crate::mappings::DeclaredQueue;
use crate::report::Report;
use crate::template::identity::REGION;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// The first pause of a failed message; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause, if the visibility time-out does not bound it.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A mapping from a queue to a function.
pub(crate) struct QueueMapping {
    /// The function.
    pub(crate) runner: Arc<Runner>,
    /// The queue.
    pub(crate) queue: Arc<Queue>,
    /// The mapping, as the template declares it.
    pub(crate) declared: DeclaredQueue,
}

impl QueueMapping {
    /// Feeds the function until the host stops. Running invocations then finish.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mapping = Arc::new(self);
        let permits = Arc::new(Semaphore::new(mapping.declared.concurrency));
        let mut deliveries = JoinSet::new();
        loop {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { break };
            let batch = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                batch = mapping.queue.take(mapping.declared.batch_size, mapping.declared.window) => batch,
            };
            let mapping = Arc::clone(&mapping);
            let mut stop = stop.clone();
            deliveries.spawn(async move {
                let Some(entered) = mapping.runner.enter(&mut stop).await else { return };
                let failed = mapping.deliver(entered, batch).await;
                drop(permit);
                mapping.give_back(failed, stop).await;
            });
            while deliveries.try_join_next().is_some() {}
        }
        while deliveries.join_next().await.is_some() {}
    }

    /// Invokes the function, and returns the messages that failed.
    async fn deliver(&self, entered: Entered<'_>, batch: Vec<Message>) -> Vec<Message> {
        let records: Vec<_> = batch.iter().map(|message| self.record(message)).collect();
        let report = match entered.invoke(json!({ "Records": records })).await {
            Err(_) => Report::Unreadable,
            Ok(_) if !self.declared.reports => Report::Succeeded,
            Ok(answer) => Report::read(&answer),
        };
        match report {
            Report::Succeeded => Vec::new(),
            Report::Failed(ids) if ids.iter().all(|id| batch.iter().any(|message| message.id == *id)) => {
                batch.into_iter().filter(|message| ids.contains(&message.id)).collect()
            }
            Report::Failed(_) | Report::Unreadable => batch,
        }
    }

    async fn give_back(&self, failed: Vec<Message>, mut stop: watch::Receiver<bool>) {
        let mut left: Vec<_> = failed.into_iter().filter_map(|message| self.queue.give_back(message)).collect();
        left.sort_by_key(|message| message.receives);
        let mut slept = Duration::ZERO;
        for message in left {
            let pause = pause(message.receives, self.queue.visibility);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(pause.saturating_sub(slept)) => {}
            }
            slept = slept.max(pause);
            self.queue.put(message);
        }
    }

    fn record(&self, message: &Message) -> Value {
        json!({
            "messageId": message.id,
            "receiptHandle": format!("{}#{}", message.id, message.receives),
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receives.to_string(),
                "SentTimestamp": message.sent_ms.to_string(),
                "SenderId": "local",
                "ApproximateFirstReceiveTimestamp": message.first_received_ms.unwrap_or(message.sent_ms).to_string(),
            },
            "messageAttributes": {},
            "md5OfBody": format!("{:x}", md5::compute(&message.body)),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue.arn,
            "awsRegion": REGION,
        })
    }
}

fn pause(receives: u32, visibility: Duration) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(receives.saturating_sub(1)));
    doubled.min(LONGEST_PAUSE).min(visibility)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::Declared;
    use crate::gate::Gate;
    use crate::queues::Queues;
    use crate::template::Stack;
    use crate::template::identity::arn;
    use crate::work::Work;
    use futures::future::BoxFuture;
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::SeqCst;
    use tokio::sync::Notify;

    #[test]
    fn the_pause_grows_up_to_the_visibility_time_out() {
        let pauses: Vec<_> = (1..=4).map(|n| pause(n, Duration::from_millis(300)).as_millis()).collect();
        assert_eq!(pauses, [50, 100, 200, 300]);
        assert_eq!(pause(60, Duration::from_mins(15)), LONGEST_PAUSE);
    }

    const TEMPLATE: &str = "
Resources:
  WorkFunction:
    Type: AWS::Serverless::Function
    Properties: {Events: {Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn}}}}
  Dead: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 0, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
";

    type Answer = fn(&Value) -> Result<Value, foldlog_lambda::Error>;

    /// Counts its invocations. Each goes on when it is allowed to.
    struct Gated {
        running: AtomicUsize,
        most: AtomicUsize,
        batches: Mutex<Vec<usize>>,
        started: Notify,
        gate: Semaphore,
        answer: Answer,
    }

    impl foldlog_lambda::Invoke for Gated {
        fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, foldlog_lambda::Error>> {
            Box::pin(async move {
                let running = self.running.fetch_add(1, SeqCst) + 1;
                self.most.fetch_max(running, SeqCst);
                self.batches.lock().unwrap().push(payload["Records"].as_array().unwrap().len());
                self.started.notify_one();
                self.gate.acquire().await.unwrap().forget();
                self.running.fetch_sub(1, SeqCst);
                (self.answer)(&payload)
            })
        }
    }

    struct Running {
        function: Arc<Gated>,
        queues: Queues,
        work: Work,
        gate: Arc<Gate>,
        _stop: watch::Sender<bool>,
    }

    fn running(batch_size: usize, permits: usize, answer: Answer) -> Running {
        let stack = Stack::resolve(TEMPLATE, &BTreeMap::new()).unwrap();
        let declared = Declared::all(&stack).unwrap().remove(0);
        let work = Work::default();
        let gate = Gate::new(work.clone());
        let arn = arn("sqs", "local-Work");
        let queues = Queues::declared(&stack, &BTreeMap::from([(arn.clone(), Arc::clone(&gate))])).unwrap();
        let function = Arc::new(Gated {
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            batches: Mutex::default(),
            started: Notify::new(),
            gate: Semaphore::new(permits),
            answer,
        });
        let runner = Runner::new(
            &declared,
            Arc::clone(&function) as Arc<dyn foldlog_lambda::Invoke>,
            Arc::clone(&gate),
            work.clone(),
        );
        let mapping = QueueMapping {
            runner: Arc::new(runner),
            queue: queues.by_arn(&arn).unwrap(),
            declared: DeclaredQueue {
                binary: declared.binary,
                queue: arn,
                batch_size,
                window: Duration::ZERO,
                concurrency: 2,
                reports: true,
            },
        };
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(mapping.run(stopped));
        Running { function, queues, work, gate, _stop: stop }
    }

    fn send(running: &Running, messages: usize) {
        let queue = running.queues.by_arn(&arn("sqs", "local-Work")).unwrap();
        (0..messages).for_each(|number| queue.send(number.to_string()));
    }

    #[tokio::test]
    async fn no_more_invocations_run_at_once_than_the_mapping_allows() {
        let running = running(2, 0, |_| Ok(Value::Null));
        send(&running, 10);
        while running.function.running.load(SeqCst) < 2 {
            running.function.started.notified().await;
        }
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert_eq!(running.function.running.load(SeqCst), 2);
        running.function.gate.add_permits(10);
        running.work.settled().await;
        assert_eq!(running.function.most.load(SeqCst), 2);
        assert_eq!(*running.function.batches.lock().unwrap(), [2; 5]);
    }

    #[tokio::test]
    async fn a_message_whose_function_was_killed_comes_again_once_it_is_resumed() {
        let running = running(1, 0, |_| Ok(Value::Null));
        send(&running, 1);
        running.function.started.notified().await;
        let killed = tokio::time::timeout(Duration::from_secs(2), running.gate.kill()).await;
        killed.expect("before the function's own time-out");
        running.function.gate.add_permits(1);
        running.work.settled().await;
        assert_eq!(*running.function.batches.lock().unwrap(), [1]);
        running.gate.resume();
        running.work.settled().await;
        assert_eq!(*running.function.batches.lock().unwrap(), [1, 1]);
    }

    #[tokio::test]
    async fn an_error_or_an_unknown_identifier_fails_the_whole_batch_until_it_is_among_the_dead_letters() {
        let unknown = |_: &Value| Ok(json!({"batchItemFailures": [{"itemIdentifier": "nobody's"}]}));
        let answers: [Answer; 2] = [|_| Err("no".into()), unknown];
        for answer in answers {
            let running = running(10, 100, answer);
            send(&running, 4);
            running.work.settled().await;
            assert_eq!(running.queues.dead_letters(), BTreeMap::from([("Dead".to_owned(), 4)]));
            let received: usize = running.function.batches.lock().unwrap().iter().sum();
            assert_eq!(received, 12, "each message three times");
        }
    }
}
