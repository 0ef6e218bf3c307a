//! Reactions of the owner of streams: what another stream's events ask for becomes a command on a stream of its own.

use crate::ports::{CommandsOn, Ports, ReactionsOn};
use foldlog::{CommandId, Decider, Digest, EventLog, EventMessage, Metadata, StreamName, Version};
use foldlog_lambda::SettingError;
use foldlog_lambda::queue::{ReactionError, Reactor};

/// A command on a stream of an owner.
pub struct Asked<D: Decider> {
    stream: D::Id,
    command: D::Command,
    once: Option<(CommandId, Digest)>,
}

impl<D: Decider> Asked<D> {
    /// The command for one event: that event alone has it carried out once.
    pub const fn of(stream: D::Id, command: D::Command) -> Self {
        Self { stream, command, once: None }
    }

    /// The command under an id that several events share: the first of them has it carried out. One with another
    /// content comes too late, and is refused.
    #[must_use]
    pub fn once(self, id: CommandId, content: Digest) -> Self {
        Self { once: Some((id, content)), ..self }
    }

    fn metadata(&self, message: &EventMessage, actor: &str, step: &str) -> Metadata {
        let metadata = message.metadata(actor, step);
        match self.once.clone() {
            Some((id, digest)) => Metadata { id, digest, ..metadata },
            None => metadata,
        }
    }
}

/// The function of a table.
pub type OwnersReactions<P, T> = ReactionsOn<OwnersReactor<P, T>, P>;

/// A table from what is asked for to commands.
pub trait Intents: Send + Sync + 'static {
    /// The name of the function.
    const NAME: &'static str;
    /// The step of the reaction: the command's id is derived from it and from the event's.
    const STEP: &'static str;
    /// The streams whose events ask for something.
    type Asker: Decider;
    /// The streams that commands are carried out on.
    type Owner: Decider;

    /// The command that an event of this asker asks for; none where it asks another owner, or nothing. What the command
    /// needs to know of streams is read from the log.
    fn command(
        log: &impl EventLog,
        asker: &<Self::Asker as Decider>::Id,
        version: Version,
        event: <Self::Asker as Decider>::Event,
    ) -> impl Future<Output = Result<Option<Asked<Self::Owner>>, ReactionError>> + Send;
}

/// Whose event a message is about, and the event.
pub fn event_of<D: Decider>(message: &EventMessage) -> Result<(D::Id, D::Event), ReactionError> {
    let id = message.subject.id().parse().map_err(ReactionError::malformed)?;
    Ok((id, message.decode()?))
}

/// A [`Reactor`] that carries out what a table says.
pub struct OwnersReactor<P: Ports, T: Intents>(CommandsOn<T::Owner, P>);

impl<P: Ports, T: Intents> OwnersReactor<P, T> {
    /// The reactor on the log that these ports have for it.
    pub const fn new(commands: CommandsOn<T::Owner, P>) -> Self {
        Self(commands)
    }

    /// The reactor as a function.
    pub fn function(ports: &P) -> Result<OwnersReactions<P, T>, SettingError> {
        ports.reactions(Self(ports.commands()?))
    }
}

impl<P: Ports, T: Intents> Reactor for OwnersReactor<P, T> {
    const NAME: &'static str = T::NAME;
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.0.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let (asker, event) = event_of::<T::Asker>(message)?;
        let Some(reaction) = T::command(self.log(), &asker, message.version, event).await? else { return Ok(()) };
        let metadata = reaction.metadata(message, T::NAME, T::STEP);
        self.0.execute(&StreamName::of::<T::Owner>(&reaction.stream), &reaction.command, &metadata).await?;
        Ok(())
    }
}
