import Testing

@testable import Statistics

@Suite struct DistributionTests {
    private struct Table: Decodable {
        struct Row: Decodable { let df: Int, t05, t025, t0167, t80: Double }
        let rows: [Row]
    }

    @Test func tMatchesTheTable() throws {
        for row in try Fixtures.decode("t_table", as: Table.self).rows {
            #expect(abs(StudentT.quantile(upperTail: 0.025, degrees: row.df) - row.t05) < 1e-6)
            #expect(abs(StudentT.quantile(upperTail: 0.0125, degrees: row.df) - row.t025) < 1e-6)
            #expect(abs(StudentT.quantile(upperTail: 0.05 / 6, degrees: row.df) - row.t0167) < 1e-6)
            #expect(abs(StudentT.quantile(upperTail: 0.2, degrees: row.df) - row.t80) < 1e-6)
        }
    }

    @Test(arguments: [(1, 12.706205), (2, 4.302653), (3, 3.182446), (1000, 1.962339)])
    func tAtTheEnds(degrees: Int, expected: Double) {
        #expect(abs(StudentT.quantile(upperTail: 0.025, degrees: degrees) - expected) < 1e-6)
    }

    @Test func probabilityIsTheInverseOfTheQuantile() {
        for degrees in 1...40 {
            for tail in [0.4, 0.2, 0.025, 0.005, 1e-6] {
                let t = StudentT.quantile(upperTail: tail, degrees: degrees)
                #expect(close(StudentT.twoSidedProbability(t, degrees: degrees), 2 * tail, within: 1e-9))
            }
            #expect(StudentT.twoSidedProbability(0, degrees: degrees) == 1)
        }
    }

    @Test func normal() {
        #expect(abs(Normal.quantile(upperTail: 0.025) - 1.959963984540054) < 1e-12)
        #expect(abs(Normal.quantile(upperTail: 0.005) - 2.5758293035489) < 1e-12)
        #expect(Normal.quantile(upperTail: 0.5) < 1e-12)
    }

    @Test func linearQuantile() {
        #expect(Quantile.linear(0.5, ofSorted: []) == nil)
        #expect(Quantile.linear(0.99, ofSorted: [7]) == 7)
        #expect(Quantile.linear(0.5, ofSorted: [1, 2]) == 1.5)
        #expect(Quantile.linear(1, ofSorted: [1, 2, 5]) == 5)
    }
}
