// A plan that is carried out several times. Each run draws its own prompts' order, think times and random arrivals, so that what
// differs between them holds the draw as well as the machine; the seeds follow from the plan's, so that run 3 of one side of
// a comparison sends what run 3 of the other does.

import Base

extension ResolvedRun {
    /// Run `number`, from 1: seeds higher by as many as there are runs before it, and a label of its own, by which its series are
    /// told from the others'.
    package func repeated(_ number: Int) -> ResolvedRun {
        var run = self
        let offset = number - 1
        run.plan.promptSeed = plan.promptSeed &+ Int64(offset)
        run.plan.thinkSeed = (plan.thinkSeed &+ UInt64(offset)) & UInt64(Int64.max)
        run.plan.executor = plan.executor.reseeded(by: offset)
        run.seeds = Seeds(prompt: run.plan.promptSeed, think: run.plan.thinkSeed)
        run.runLabel = RepeatFile.named(runLabel ?? plan.scenario, run: number)
        return run
    }
}
