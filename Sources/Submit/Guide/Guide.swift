// A guided launch: questions one after the other, each made from the answers before it, with a way back. What a flag or
// variable says is not asked; where nobody can be asked, what is missing is an error.

import Base
import Scenarios

/// A decision to make.
package struct GuideStep: Sendable {
    /// `--partition`: the flag that answers it, and its name among the answers.
    package var flag: String
    /// The variable that answers it too.
    package var variable: String?
    /// Nil when there is nothing to decide after all.
    let question: @Sendable (GuideAnswers) async throws -> GuideQuestion?

    package init(
        _ flag: String, variable: String? = nil, question: @escaping @Sendable (GuideAnswers) async throws -> GuideQuestion?
    ) {
        self.flag = flag
        self.variable = variable
        self.question = question
    }
}

/// What has been decided, by flag.
package struct GuideAnswers: Sendable, Equatable {
    private var values: [String: String] = [:]
    /// Whether anybody was asked anything.
    package internal(set) var isGuided = false

    package init() {}

    package internal(set) subscript(flag: String) -> String? {
        get { values[flag] }
        set { values[flag] = newValue }
    }
}

package struct Guide {
    /// Typed instead of an answer.
    package static let back = "<"

    private let steps: [GuideStep]
    private let given: [String: String]
    private let questioner: (any Questioner)?
    private let say: (String) -> Void

    /// - Parameters:
    ///   - given: what flags and variables say, by flag.
    ///   - questioner: nil without a terminal.
    ///   - say: shows text between the questions.
    package init(
        _ steps: [GuideStep], given: [String: String], questioner: (any Questioner)?, say: @escaping (String) -> Void
    ) {
        self.steps = steps
        self.given = given
        self.questioner = questioner
        self.say = say
    }

    /// - Throws: ``SubmitError/usage(_:)`` for a wrong flag, or a missing one when nobody can be asked; what questions
    ///   and questioner throw.
    package func run() async throws -> GuideAnswers {
        var answers = GuideAnswers()
        var asked: [Int] = []
        var index = 0
        while index < steps.count {
            let step = steps[index]
            guard let question = try await step.question(answers) else {
                index += 1
                continue
            }
            if let value = try decided(step, question) {
                answers[step.flag] = value
            } else if let value = try ask(step, question, isFirst: !answers.isGuided) {
                answers[step.flag] = value
                answers.isGuided = true
                asked.append(index)
            } else if let last = asked.popLast() {
                // What was answered from there on may not fit any more.
                for later in steps[last...] { answers[later.flag] = nil }
                index = last
                continue
            } else {
                say("This is the first question.")
                continue
            }
            index += 1
        }
        return answers
    }

    /// Without asking anybody; nil when somebody must be.
    private func decided(_ step: GuideStep, _ question: GuideQuestion) throws -> String? {
        if let value = given[step.flag] { return try question.accept(value, flag: step.flag, numbers: false) }
        if let only = question.onlyChoice { return try question.accept(only, flag: step.flag, numbers: false) }
        guard questioner == nil else { return nil }
        guard let standard = question.standard else {
            let ways = "pass it" + (step.variable.map { ", set \($0)" } ?? "") + " or run this on a terminal"
            throw SubmitError.usage("\(step.flag): is missing; \(ways)\(question.known)")
        }
        return try question.accept(standard, flag: step.flag, numbers: false)
    }

    /// Asks until the answer is accepted; nil to go back.
    private func ask(_ step: GuideStep, _ question: GuideQuestion, isFirst: Bool) throws -> String? {
        guard let questioner else { return nil }
        if isFirst { say("Enter takes the value in brackets, \(Self.back) goes back, Ctrl-C ends; nothing is submitted before the end.") }
        if !question.choices.isEmpty { say("\(question.title):\n\(question.list)") }
        while true {
            let answer = try questioner.text(
                question.choices.isEmpty ? question.title : "Number or name",
                standard: question.standard.flatMap { $0.isEmpty ? nil : $0 })
            if answer == Self.back { return nil }
            do {
                return try question.accept(answer, flag: step.flag, numbers: true)
            } catch let error as any CommandError {
                // On a terminal there are no flags to speak of.
                say(error.description.replacing("\(step.flag): ", with: "", maxReplacements: 1))
            }
        }
    }
}
