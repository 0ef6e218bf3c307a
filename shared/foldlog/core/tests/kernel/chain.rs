//! After any change to a stream, verification names the first affected commit.

use crate::counter::{Add, Counter, StillHost, keyed, stream};
use foldlog::write::chain::{Broken, Chain, Tampering, Witness, verify_chain};
use foldlog::{Actor, Commands, Commit, Events, Hash, Version};
use foldlog_testing::memory::MemoryLog;
use proptest::prelude::*;

/// A stream of commits with one or more events each.
fn written(commits: usize) -> (MemoryLog, Vec<Commit>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let log = MemoryLog::default();
        let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
        for number in 0..commits {
            counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
        }
        let commits = log.commits(&stream());
        (log, commits)
    })
}

fn follow(commits: &[Commit], witnesses: &[Witness]) -> Result<Chain, Broken> {
    let mut chain = Chain::of(stream(), witnesses);
    for commit in commits {
        chain.follow(commit)?;
    }
    chain.end()
}

fn broken(commits: &[Commit], witnesses: &[Witness]) -> (Version, Tampering) {
    let Err(Broken { version, tampering, .. }) = follow(commits, witnesses) else { panic!("nothing was noticed") };
    (version, tampering)
}

/// Recomputes every link from `from` on, as an attacker would.
fn relink(commits: &mut [Commit], from: usize) {
    for index in from..commits.len() {
        let previous = if index == 0 { Hash::ORIGIN } else { commits[index - 1].hash };
        commits[index].hash = commits[index].chained(&previous);
    }
}

#[tokio::test]
async fn a_whole_stream_ends_where_its_last_commit_does() {
    let (log, commits) = tokio::task::spawn_blocking(|| written(120)).await.unwrap();
    let last = commits.last().unwrap();
    let witnesses = commits.iter().map(|commit| Witness { version: commit.last_version(), hash: commit.hash });
    let witnesses: Vec<_> = witnesses.collect();
    let chain = verify_chain(&log, &stream(), &witnesses).await.unwrap();
    assert_eq!((chain.version(), chain.hash()), (last.last_version(), last.hash));
    let nothing = verify_chain(&log, &"counter-none".parse().unwrap(), &[]).await.unwrap();
    assert_eq!((nothing.version(), nothing.hash()), (Version::NONE, Hash::ORIGIN));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_first_commit_concerned_is_named(count in 2_usize..90, at in any::<prop::sample::Index>(), field in 0..6) {
        let (_, commits) = written(count);
        let at = at.index(count);
        let version = commits[at].version;

        let mut changed = commits.clone();
        let commit = &mut changed[at];
        match field {
            0 => commit.events = Events::parse(r#"[{"schema":1,"type":"Added","data":{"by":9}}]"#.to_owned()).unwrap(),
            1 => commit.actor = Actor("mallory".to_owned()),
            2 => commit.committed_at = commit.committed_at.next(),
            3 => commit.correlation.client = Some("x".to_owned()),
            4 => commit.digest.0[0] ^= 1,
            _ => commit.hash.0[31] ^= 1,
        }
        prop_assert_eq!(broken(&changed, &[]), (version, Tampering::Changed));

        let mut removed = commits.clone();
        removed.remove(at);
        let seen = Witness { version: commits[count - 1].last_version(), hash: commits[count - 1].hash };
        prop_assert_eq!(broken(&removed, &[seen]), (version, Tampering::Removed), "seen or not, and at the end if seen");
        if at + 1 < count {
            prop_assert_eq!(broken(&removed, &[]), (version, Tampering::Removed));
        }

        let mut inserted = commits.clone();
        inserted.insert(at + 1, Commit { actor: Actor("mallory".to_owned()), ..commits[at].clone() });
        prop_assert_eq!(broken(&inserted, &[]), (version, Tampering::Inserted));

        let mut rewritten = commits.clone();
        rewritten[at].actor = Actor("mallory".to_owned());
        relink(&mut rewritten, at);
        prop_assert!(follow(&rewritten, &[]).is_ok(), "a chain by itself cannot tell");
        let witness = Witness { version, hash: commits[at].hash };
        prop_assert_eq!(broken(&rewritten, &[witness]), (version, Tampering::Rewritten));
        prop_assert_eq!(broken(&rewritten, &[seen]), (commits[count - 1].version, Tampering::Rewritten));
    }
}
