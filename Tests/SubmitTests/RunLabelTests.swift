import Testing

@testable import Submit

@Suite struct RunLabelTests {
    @Test func aLabelIsScenarioTimeAndLetters() {
        var random = SystemRandomNumberGenerator()
        // Local time, whatever the zone of this machine is: noon in Greenwich is from the same day to the next.
        let label = RunLabel.make(scenario: "open_loop", at: 951_825_600, random: &random)
        #expect(label.wholeMatch(of: /loadtest_open_loop_20000(229|301)_\d{4}00_[A-Z]{6}/) != nil)
        #expect(RunLabel.make(scenario: "a").wholeMatch(of: /loadtest_a_\d{8}_\d{6}_[A-Z]{6}/) != nil)
    }
}
