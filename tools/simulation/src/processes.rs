//! The processes that run the functions. Each has its own clock and memory.

mod running;

pub(crate) use running::{Process, Processes};

use crate::executor::Owner;
use crate::functions::{BuildError, start};
use crate::world::{Host, World};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The number of processes that run each function.
const PROCESSES: u32 = 2;
/// The maximum error of a clock.
const HOUR_MS: i64 = 3_600_000;

impl Processes {
    /// Starts the processes of every function that the template names.
    pub(crate) fn start(world: &Arc<World>) -> Result<Self, BuildError> {
        let mut processes = Self::default();
        for function in world.topology.functions() {
            for _ in 0..PROCESSES {
                let process = processes.process(world, function)?;
                processes.all.entry(function.to_owned()).or_default().push(process);
            }
        }
        Ok(processes)
    }

    fn process(&mut self, world: &Arc<World>, function: &str) -> Result<Process, BuildError> {
        self.started += 1;
        let host = Host::new(world);
        Ok(Process { number: self.started, handler: start(function, &host)?, off_ms: host.off_ms })
    }

    /// Replaces a process by a new one, which remembers nothing, and returns the old owner. The caller kills its
    /// invocations.
    pub(crate) fn replace_one(&mut self, world: &Arc<World>) -> Result<Option<Owner>, BuildError> {
        let (functions, place) = self.any(world);
        let Some(function) = functions else { return Ok(None) };
        let process = self.process(world, &function)?;
        let replaced = self.all.get_mut(&function).and_then(|all| all.get_mut(place));
        Ok(replaced.map(|replaced| {
            world.say(|| format!("CRASH of {function}, process {}", replaced.number));
            std::mem::replace(replaced, process).owner()
        }))
    }

    /// Replaces all processes of a function by new ones, and returns the old owners.
    pub(crate) fn replace(&mut self, world: &Arc<World>, function: &str) -> Result<Vec<Owner>, BuildError> {
        let mut owners = vec![];
        for place in 0..self.all.get(function).map_or(0, Vec::len) {
            let process = self.process(world, function)?;
            if let Some(replaced) = self.all.get_mut(function).and_then(|all| all.get_mut(place)) {
                owners.push(std::mem::replace(replaced, process).owner());
            }
        }
        Ok(owners)
    }

    /// Sets the clock of one process, within an hour of the right time.
    pub(crate) fn set_a_clock(&self, world: &World) {
        let (function, place) = self.any(world);
        let process = function.and_then(|function| self.all.get(&function)).and_then(|all| all.get(place));
        if let Some(process) = process {
            let off_ms = world.dice(|dice| dice.i64(-HOUR_MS..=HOUR_MS));
            process.off_ms.store(off_ms, Ordering::Relaxed);
            world.say(|| format!("CLOCK of process {} is {off_ms} ms off", process.number));
        }
    }

    fn any(&self, world: &World) -> (Option<String>, usize) {
        let functions: Vec<_> = self.all.keys().collect();
        let function = world.dice(|dice| dice.choice(functions)).cloned();
        let place = world.dice(|dice| dice.usize(..PROCESSES as usize));
        (function, place)
    }
}
