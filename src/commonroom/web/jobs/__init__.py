"""Long work that goes on while people do something else: never lost, never done twice.

**To write one.** A module `tasks.py` of a word holds functions under `@job(title)` (jobs/running.py). Each is
given its `Job` and plain arguments (numbers, texts, lists); it tells how far it is, and saves what came out
in one transaction under `once`:

    @job(_("Run a proposal"))
    def solve(work: Job, *, run: int) -> None:
        actions.progress(job=work, share=0.1, step=_("Reading the evidence."))
        plan = pipeline.propose(...)
        with actions.once(job=work) as done:
            kept = save(plan)
            done.path = f"/boards/runs/{kept.pk}/"

    started = actions.start(who=person, task=solve, about=board, arguments={"run": run.pk})

**Why a kill does no harm.** A worker claims a job and writes a heartbeat every few seconds. When the
heartbeat stops (killed, power lost, frozen), another worker puts the job back after the lease and runs it
again from its beginning. `once` writes a line `Done` in the same transaction as what the job changed, and
there can be only one such line: a job that had saved but died before saying so is found done and not run
again; and if a worker was only frozen and wakes up while another runs the same job, the first to commit wins
and the other's changes are rolled back. So: everything that a job changes stands inside `once`. Work in
several steps takes a key for each, and a step done before is passed over:

    with suppress(AlreadyDone), actions.once(job=work, key=f"person-{person.pk}"):
        ...

What leaves the database (a mail) cannot be taken back: send it after the line is written, and it is sent at
most once.
"""
