namespace Ocs.Zoo.Tests;

public sealed class ModelsTests
{
    [Fact]
    public void Names_are_unique_and_each_network_is_built_with_its_own()
    {
        Assert.Equal(Models.All.Length, Models.All.Select(model => model.Name.ToUpperInvariant()).Distinct().Count());
        Assert.All(Models.All, model => Assert.Equal(model.Name, Models.Build(model.Name).Name));
    }

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(3, 8, 8)]
    [InlineData(1, 33, 47)]
    [InlineData(3, 96, 64)]
    [InlineData(3, 256, 256)]
    public void A_size_is_built_or_refused_in_a_sentence(int channels, int height, int width)
    {
        var built = 0;
        foreach (var model in Models.All)
        {
            try
            {
                var graph = Models.Build(model.Name, new NetworkInput(channels, height, width));
                Assert.Equal([1L, channels, height, width], graph.InputNodes.Single().Shape.ToArray());
                built++;
            }
            catch (OcsInputException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }

        Assert.True(height < 96 || built > Models.All.Length / 2);
    }

    [Theory]
    [InlineData("cifar_resnet8", 10, 78_042, 12_501_632)]
    [InlineData("cifar_resnet20", 10, 272_474, 40_813_184)]
    [InlineData("cifar_resnet20", 100, 278_324, 40_818_944)]
    [InlineData("cifar_resnet32", 10, 466_906, 69_124_736)]
    [InlineData("cifar_resnet44", 10, 661_338, 97_436_288)]
    [InlineData("cifar_resnet56", 10, 855_770, 125_747_840)]
    [InlineData("cifar_resnet56", 100, 861_620, 125_753_600)]
    [InlineData("cifar_resnet110", 10, 1_730_714, 253_149_824)]
    [InlineData("cifar_vgg16", 10, 14_728_266, 398_136_320)]
    [InlineData("cifar_vgg19", 100, 20_086_692, 511_428_608)]
    public void Parameters_and_macs_are_those_of_the_papers(string name, int classes, long parameters, long macs)
    {
        var graph = Models.Build(name, classes: classes);
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(macs, graph.Macs);
        Assert.Equal([1L, classes], graph.Nodes[graph.Outputs.Single()].Shape.ToArray());
    }

    [Theory]
    [InlineData("cifar_resnet8", 77_754, 9_345_920)]
    [InlineData("cifar_resnet20", 272_186, 31_021_952)]
    [InlineData("cifar_resnet56", 855_482, 96_050_048)]
    [InlineData("cifar_vgg16", 14_727_114, 261_748_736)]
    public void Grey_images_of_28_pixels_fit_too(string name, long parameters, long macs)
    {
        var graph = Models.Build(name, NetworkInput.Mnist);
        Assert.Equal([1L, 1, 28, 28], graph.InputNodes.Single().Shape.ToArray());
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(macs, graph.Macs);
    }

    [Fact]
    public void A_name_is_found_in_any_case_and_an_unknown_one_suggests_the_nearest()
    {
        Assert.Equal("cifar_vgg16", Models.Build("CIFAR_VGG16").Name);
        Assert.Equal(
            "There is no network 'cifar_resnet566'; did you mean 'cifar_resnet56'? `Models.All` lists them all.",
            Assert.Throws<OcsInputException>(() => Models.Build("cifar_resnet566")).Message);
        Assert.Equal(
            "There is no network 'resnet5'; did you mean 'resnet50'? `Models.All` lists them all.",
            Assert.Throws<OcsInputException>(() => Models.Build("resnet5")).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Fewer_than_two_classes_are_an_error(int classes)
    {
        var error = Assert.Throws<OcsInputException>(() => Models.Build("cifar_resnet20", classes: classes));
        Assert.Equal($"A classifier needs at least 2 classes, but {classes} was asked for.", error.Message);
    }
}
